/// Bytes: range sources to read an archive from, sinks to append one to. Knows nothing of what the bytes mean. The
/// pools of threads and buffers that move them are here too.
package ptar.storage;
