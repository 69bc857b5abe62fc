/// What `-f`, `-C` and operands may name: a file, standard input and output, an object in S3, a URL; and the options
/// that say how to get there. Leaves of the program: nothing here opens anything or knows the SDK.
package ptar.cli.location;
