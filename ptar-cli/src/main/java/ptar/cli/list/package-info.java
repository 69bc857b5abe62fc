/// What ptar prints of entries: names quoted so that they can't write to a terminal, and the lines of `-tv`, to the
/// column as GNU tar prints them. Metadata enters, text leaves; nothing here reads archives or trees.
package ptar.cli.list;
