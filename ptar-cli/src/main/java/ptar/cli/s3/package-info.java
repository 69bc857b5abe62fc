/// Archives and trees in S3, by Amazon's SDK. All that touches the SDK is here, so that nothing of it loads for others.
/// Bytes enter and leave through `ptar.storage`'s sink and range source; failures leave as one line with what to do.
package ptar.cli.s3;
