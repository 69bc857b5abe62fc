/// Searches the B+tree of entries, which [ptar.write] builds. A search asks a function it was given for opened pages.
/// Never reads a file itself.
package ptar.index;
