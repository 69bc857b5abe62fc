package ptar.crypto;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/// Cases of Project Wycheproof as flat maps: fields of the group and of the test.
record Wycheproof(Map<String, Object> group, Map<String, Object> test) {
    static List<Wycheproof> read(String file) throws IOException {
        List<Wycheproof> cases = new ArrayList<>();
        for (Object group : list(map(Json.read(Vectors.file(file))).get("testGroups"))) {
            for (Object test : list(map(group).get("tests"))) {
                cases.add(new Wycheproof(map(group), map(test)));
            }
        }
        return cases;
    }

    boolean isKeySize(int bits) {
        return Long.valueOf(bits).equals(group.get("keySize"));
    }

    byte[] bytes(String field) {
        return HexFormat.of().parseHex((String) test.get(field));
    }

    boolean isValid() {
        return "valid".equals(test.get("result"));
    }

    /// A reader may open it and need not.
    boolean isAcceptable() {
        return "acceptable".equals(test.get("result"));
    }

    boolean hasFlag(String flag) {
        return list(test.get("flags")).contains(flag);
    }

    @Override
    public String toString() {
        return "case " + test.get("tcId") + ": " + test.get("comment") + " " + test.get("flags");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object value) {
        return (List<Object>) value;
    }
}
