/// Builds and searches the B+tree of entries. Sorted entries enter, leaves, nodes and a root leave; a search asks a
/// function it was given for opened pages. Never reads a file itself.
package ptar.index;
