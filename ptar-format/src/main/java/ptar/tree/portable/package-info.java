/// The two trees over `java.nio.file`: macOS, Windows, and file systems in memory. They do what the platform can; what
/// it can't is refused with a reason or, on restoring, told as a problem.
package ptar.tree.portable;
