/// Bytes: range sources to read an archive from, sinks to append one to. Knows nothing of what the bytes mean.
package ptar.storage;
