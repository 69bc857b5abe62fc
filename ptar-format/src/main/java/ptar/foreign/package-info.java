/// Calls of functions in native libraries, for the layers that need some: system calls, libc's few others, libzstd.
package ptar.foreign;
