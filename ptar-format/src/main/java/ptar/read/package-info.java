/// Wires the stages of reading together: from a range source to the root, nodes, leaves and blocks at random, or
/// forward through the journals of a pipe. Archive bytes enter, entries and their content leave. Holds no format and
/// no algorithm of its own.
package ptar.read;
