/// The two trees on Linux: every name as raw bytes, every call relative to an open folder, all metadata that the kernel
/// shows. System calls go through one function of libc (see [ptar.tree.posix.Kernel]); x86-64 and aarch64.
package ptar.tree.posix;
