/// Hash functions over memory: bytes enter, digests leave. A leaf: imports nothing of ptar, keeps no state beyond
/// one computation.
package ptar.hash;
