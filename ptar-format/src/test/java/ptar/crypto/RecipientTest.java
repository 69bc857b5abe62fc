package ptar.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.XECPublicKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.KEM;
import javax.crypto.KeyAgreement;
import org.bouncycastle.crypto.digests.Blake3Digest;
import org.bouncycastle.crypto.kems.MLKEMExtractor;
import org.bouncycastle.crypto.params.Blake3Parameters;
import org.bouncycastle.crypto.params.MLKEMParameters;
import org.bouncycastle.crypto.params.MLKEMPrivateKeyParameters;
import org.junit.jupiter.api.Test;
import ptar.layout.RecipientSlot;
import ptar.tree.Bytes;

class RecipientTest {
    /// RFC 7748 §6.1: Alice's private key, Bob's public key, their shared secret.
    @Test
    void x25519IsThatOfRfc7748() {
        assertEquals("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", HexFormat.of().formatHex(
                HybridKem.x25519OrNull(
                        hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
                        hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"))));
        assertNull(HybridKem.x25519OrNull(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
            20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32}, new byte[32]));
    }

    @Test
    void passesWycheproofForX25519AndRefusesEveryZeroSecret() throws Exception {
        int refused = 0;
        int run = 0;
        for (Wycheproof c : Wycheproof.read("wycheproof-x25519.json")) {
            byte[] shared = HybridKem.x25519OrNull(c.bytes("private"), c.bytes("public"));
            if (c.hasFlag("ZeroSharedSecret")) {
                assertNull(shared, c.toString());
                refused++;
            } else {
                assertArrayEquals(c.bytes("shared"), shared, c.toString());
            }
            run++;
        }
        assertEquals(518, run);
        assertEquals(31, refused);
    }

    @Test
    void opensWhatWasWrappedForItAndNothingElse() {
        try (Identity identity = Identity.random(); Identity stranger = Identity.random();
                MasterKey key = MasterKey.random(new SecureRandom())) {
            RecipientSlot slot = (RecipientSlot) identity.recipient().wrap(key);
            assertArrayEquals(key.open(), identity.unwrapOrNull(slot));
            assertNull(stranger.unwrapOrNull(slot));
            assertNull(identity.unwrapOrNull(flipped(slot, 0, 0, 1)));
            assertNull(identity.unwrapOrNull(flipped(slot, 0, 1, 0)));
            assertNull(identity.unwrapOrNull(flipped(slot, 1, 0, 0)));
            RecipientSlot smallOrder = new RecipientSlot(Bytes.wrap(new byte[32]), slot.ciphertext(),
                    slot.wrappedKey());
            assertNull(identity.unwrapOrNull(smallOrder));
        }
    }

    private static RecipientSlot flipped(RecipientSlot slot, int ephemeral, int ciphertext, int wrapped) {
        return new RecipientSlot(flip(slot.ephemeral(), ephemeral), flip(slot.ciphertext(), ciphertext),
                flip(slot.wrappedKey(), wrapped));
    }

    private static Bytes flip(Bytes bytes, int with) {
        byte[] flipped = bytes.toArray();
        flipped[flipped.length / 2] ^= (byte) with;
        return Bytes.wrap(flipped);
    }

    /// The key-encryption key, made again from the specification's text with the JDK's X25519 and ML-KEM.
    @Test
    void theJdkOpensWhatWeWrap() throws Exception {
        try (Identity identity = Identity.random(); MasterKey key = MasterKey.random(new SecureRandom())) {
            Recipient recipient = identity.recipient();
            RecipientSlot slot = (RecipientSlot) recipient.wrap(key);
            byte[] secrets = secretsOf(identity);
            byte[] mlKemSecret = jdkDecapsulate(secrets, slot.ciphertext().toArray());
            byte[] x25519Secret = jdkX25519(Arrays.copyOf(secrets, 32), slot.ephemeral().toArray());
            Blake3Digest kek = new Blake3Digest(256);
            kek.init(Blake3Parameters.context(
                    "ptar v1 2026-11-22 recipient slot".getBytes(StandardCharsets.US_ASCII)));
            for (byte[] part : List.of(mlKemSecret, x25519Secret, slot.ciphertext().toArray(),
                    slot.ephemeral().toArray(), recipient.x25519().toArray(), recipient.mlKem().toArray())) {
                kek.update(part, 0, part.length);
            }
            byte[] kekBytes = new byte[32];
            kek.doFinal(kekBytes, 0);
            assertArrayEquals(key.open(), KeyWrap.unwrapOrNull(kekBytes, slot.wrappedKey().toArray()));
        }
    }

    /// ML-KEM the other way round: what the JDK encapsulates for our public key, our seed opens.
    @Test
    void weOpenWhatTheJdkEncapsulates() throws Exception {
        byte[] seed = new byte[64];
        new SecureRandom().nextBytes(seed);
        byte[] raw = HybridKem.mlKemPublic(seed);
        KeyPair sample = KeyPairGenerator.getInstance("ML-KEM-768").generateKeyPair();
        byte[] encoded = sample.getPublic().getEncoded();
        System.arraycopy(raw, 0, encoded, encoded.length - raw.length, raw.length);
        PublicKey ours = KeyFactory.getInstance("ML-KEM").generatePublic(new X509EncodedKeySpec(encoded));
        KEM.Encapsulated made = KEM.getInstance("ML-KEM").newEncapsulator(ours).encapsulate();
        byte[] opened = new MLKEMExtractor(new MLKEMPrivateKeyParameters(MLKEMParameters.ml_kem_768, seed))
                .extractSecret(made.encapsulation());
        assertArrayEquals(made.key().getEncoded(), opened);
    }

    @Test
    void textsComeBackAndTellMistakes() {
        try (Identity identity = Identity.random(); KeyFile keyFile = KeyFile.random()) {
            String recipient = identity.recipient().toString();
            assertTrue(recipient.startsWith("ptar-recipient-v1:"));
            assertEquals(List.of(identity.recipient()), Recipient.parse(ascii("# for me\n\n " + recipient + "\r\n")));
            assertEquals(2, Recipient.parse(ascii(recipient + "\n" + recipient)).size());
            assertArrayEquals(identity.toText(), Identity.parse(identity.toText()).toText());
            assertArrayEquals(keyFile.toText(), KeyFile.parse(keyFile.toText()).toText());
            assertRefused("an identity, not a key file", () -> KeyFile.parse(identity.toText()));
            assertRefused("a recipient, not an identity", () -> Identity.parse(ascii(recipient)));
            assertRefused("a key file, not a recipient", () -> Recipient.parse(keyFile.toText()));
            assertRefused("not a key file: it has no line that begins with ptar-key-v1:",
                    () -> KeyFile.parse(ascii("# nothing\n")));
            assertRefused("not a key file: line 1 does not begin with ptar-key-v1:",
                    () -> KeyFile.parse(ascii("hunter2\n")));
            byte[] twice = ascii(new String(keyFile.toText(), StandardCharsets.US_ASCII).repeat(2)
                    .replace("ptar", "\nptar"));
            assertRefused("more than one key", () -> KeyFile.parse(twice));
        }
    }

    @Test
    void everyWrongCharacterIsFound() {
        try (KeyFile keyFile = KeyFile.random()) {
            byte[] text = keyFile.toText();
            for (int i = "ptar-key-v1:".length(); i < text.length; i++) {
                byte[] damaged = text.clone();
                damaged[i] = (byte) (text[i] == 'A' ? 'B' : 'A');
                assertRefused("a key file, but line 1 is damaged: a character is wrong or missing",
                        () -> KeyFile.parse(damaged));
            }
            assertRefused("a key file, but line 1 is damaged: a character is wrong or missing",
                    () -> KeyFile.parse(Arrays.copyOf(text, text.length - 1)));
        }
    }

    @Test
    void refusesPublicKeysThatAreNone() {
        try (Identity identity = Identity.random(); MasterKey key = MasterKey.random(new SecureRandom())) {
            Recipient good = identity.recipient();
            byte[] aboveQ = good.mlKem().toArray();
            aboveQ[0] = (byte) 0xff;
            aboveQ[1] |= 0x0f;
            assertThrows(IllegalArgumentException.class, () -> new Recipient(good.x25519(), Bytes.wrap(aboveQ)));
            assertThrows(IllegalArgumentException.class, () -> new Recipient(Bytes.EMPTY, good.mlKem()));
            Recipient smallOrder = new Recipient(Bytes.wrap(new byte[32]), good.mlKem());
            assertThrows(IllegalArgumentException.class, () -> smallOrder.wrap(key));
        }
    }

    private static void assertRefused(String message, Runnable parse) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, parse::run).getMessage());
    }

    /// X25519 private key and ML-KEM seed, as the text form has them.
    private static byte[] secretsOf(Identity identity) {
        return KeyText.IDENTITY.decodeOne(identity.toText());
    }

    /// JDK 25 takes the 2,400-byte key only: BouncyCastle expands the seed.
    private static byte[] jdkDecapsulate(byte[] secrets, byte[] ciphertext) throws Exception {
        byte[] expanded = new MLKEMPrivateKeyParameters(
                MLKEMParameters.ml_kem_768, Arrays.copyOfRange(secrets, 32, 96))
                .withPreferredFormat(MLKEMPrivateKeyParameters.EXPANDED_KEY).getEncoded();
        byte[] pkcs8 = KeyPairGenerator.getInstance("ML-KEM-768").generateKeyPair().getPrivate().getEncoded();
        assertTrue(pkcs8.length > expanded.length, "the JDK's encoding holds the expanded key");
        System.arraycopy(expanded, 0, pkcs8, pkcs8.length - expanded.length, expanded.length);
        var privateKey = KeyFactory.getInstance("ML-KEM")
                .generatePrivate(new java.security.spec.PKCS8EncodedKeySpec(pkcs8));
        return KEM.getInstance("ML-KEM").newDecapsulator(privateKey).decapsulate(ciphertext).getEncoded();
    }

    private static byte[] jdkX25519(byte[] privateKey, byte[] publicKey) throws Exception {
        KeyFactory factory = KeyFactory.getInstance("X25519");
        byte[] bigEndian = new byte[32];
        for (int i = 0; i < 32; i++) {
            bigEndian[31 - i] = publicKey[i];
        }
        bigEndian[0] &= 0x7f;
        XECPublicKey peer = (XECPublicKey) factory.generatePublic(
                new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, bigEndian)));
        KeyAgreement agreement = KeyAgreement.getInstance("X25519");
        agreement.init(factory.generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, privateKey)));
        agreement.doPhase(peer, true);
        byte[] secret = agreement.generateSecret();
        assertNotNull(secret);
        assertFalse(Arrays.equals(new byte[32], secret));
        return secret;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
