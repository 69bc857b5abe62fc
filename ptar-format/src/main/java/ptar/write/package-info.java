/// Wires the stages of writing together: which follows which, their threads, back-pressure and closing order. A tree
/// enters, archive bytes leave into a sink in one forward pass. Holds no format; of algorithms, the order of reading,
/// the choice of filter and level for each block, and the building of the index.
package ptar.write;
