/// The command line: what tar's users type, in the order they type it. Arguments enter as bytes; options in their order
/// and [ptar.cli.options.Settings] leave. Nothing here opens an archive or a tree.
///
/// The parser is our own, not picocli's: GNU's grammar (bundles of the old style, options between operands that count
/// for what follows, optional arguments, abbreviations) would need it anyway, and 190 options in picocli cost 50 ms at
/// every start, more than the JVM takes (measured with 4.7.7, all its classes in the AOT cache).
package ptar.cli.options;
