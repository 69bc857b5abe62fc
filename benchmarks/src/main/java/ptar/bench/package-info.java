/// JMH benchmarks of the kernels and of each layer. Rivals are measured here and nowhere else.
package ptar.bench;
