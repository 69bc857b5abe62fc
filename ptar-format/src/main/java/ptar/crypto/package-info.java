/// Keys, key slots and the two ways to seal a segment. No other package touches key material. Spec §2 and §3.
package ptar.crypto;
