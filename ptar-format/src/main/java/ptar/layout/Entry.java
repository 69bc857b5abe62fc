package ptar.layout;

import java.util.List;
import ptar.tree.EntryPath;
import ptar.tree.Metadata;

/// One name in a snapshot's tree with its metadata and, for a file, where its content lies.
public record Entry(EntryPath path, Metadata metadata, List<Extent> extents) {}
