/// Cuts content into chunks, names them and finds those seen before. Plain bytes enter, chunks with their ids leave.
/// Never sees compression, keys or offsets.
package ptar.chunk;
