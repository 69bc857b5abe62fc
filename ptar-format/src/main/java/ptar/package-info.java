/// What a program that uses the library needs first: trees of files to archive and to extract to ([ptar.Trees]). The
/// writer is [ptar.write.ArchiveWriter], the readers are [ptar.read.ArchiveReader] and [ptar.read.ForwardReader].
package ptar;
