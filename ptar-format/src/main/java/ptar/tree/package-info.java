/// What a file is: names as bytes, metadata, and the two trees that the library stands between, one read, one written.
/// Nothing here knows what an archive looks like on disk.
package ptar.tree;
