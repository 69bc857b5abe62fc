/// Wires the stages of writing together: which follows which, their threads, back-pressure and closing order. A tree
/// enters, archive bytes leave into a sink in one forward pass. Holds no format and no algorithm of its own.
package ptar.write;
