package ptar.tree;

/// An extended attribute with its full name (`user.mime_type`, `security.capability`, `system.posix_acl_access`).
public record Xattr(Bytes name, Bytes value) {}
