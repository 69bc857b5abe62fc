/// The `ptar` command: one class for each mode of operation, and the transports that the library leaves out. Options
/// enter as tar's users type them; what leaves is tar's messages, streams and exit codes. No format lives here.
package ptar.cli;
