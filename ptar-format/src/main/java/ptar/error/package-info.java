/// The exceptions of the library: a leaf, so that no package needs a cycle to throw one.
package ptar.error;
