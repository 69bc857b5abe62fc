package ptar.cli;

/// The version that the build wrote into the jar's manifest.
final class Version {
    static final String NUMBER = number();

    private Version() {}

    private static String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(not built)" : version;
    }
}
