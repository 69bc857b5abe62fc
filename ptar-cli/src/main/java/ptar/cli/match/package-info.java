/// Which names are meant: patterns as GNU's `fnmatch` and `exclude` match them, what is left out of an archive, which
/// of its entries are taken out, and under which names. Names are bytes. Nothing here reads archives.
package ptar.cli.match;
