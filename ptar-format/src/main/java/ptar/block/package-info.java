/// Packs chunks into blocks, judges how well they compress and compresses them, and back. Chunks enter in the order
/// chosen for reading, a block leaves when it reaches its target raw length. Never sees keys or archive offsets.
package ptar.block;
