package dev.redial.tests.kit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A self-signed certificate made by keytool when the tests run.
 *
 * @param server a context that presents the certificate
 * @param client a context that trusts it and nothing else
 */
public record TlsMaterial(SSLContext server, SSLContext client) {
  private static final char[] PASSWORD = "changeit".toCharArray();

  private static final class Good {
    static final TlsMaterial MATERIAL = make("dns:localhost,ip:127.0.0.1");
  }

  private static final class OtherHost {
    static final TlsMaterial MATERIAL = make("dns:elsewhere.invalid");
  }

  /** Material for {@code localhost} and {@code 127.0.0.1}. */
  public static TlsMaterial forLoopback() {
    return Good.MATERIAL;
  }

  /** Material for a host that is not this one. */
  public static TlsMaterial forAnotherHost() {
    return OtherHost.MATERIAL;
  }

  private static TlsMaterial make(String names) {
    try {
      Path folder = Files.createTempDirectory("redial-tls");
      Path file = folder.resolve("store.p12");
      try {
        keytool(file, names);
        return load(file);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError("no TLS material", e);
    }
  }

  private static void keytool(Path file, String names) throws IOException {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    List<String> command =
        List.of(
            tool.toString(),
            "-genkeypair",
            "-alias",
            "test",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=test",
            "-ext",
            "san=" + names,
            "-validity",
            "2",
            "-storetype",
            "PKCS12",
            "-keystore",
            file.toString(),
            "-storepass",
            new String(PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0)
        throw new IOException(
            "keytool: "
                + new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static TlsMaterial load(Path file) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory keyManagers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keyManagers.init(keys, PASSWORD);
    SSLContext server = SSLContext.getInstance("TLS");
    server.init(keyManagers.getKeyManagers(), null, null);

    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("test", keys.getCertificate("test"));
    TrustManagerFactory trustManagers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trustManagers.init(trusted);
    SSLContext client = SSLContext.getInstance("TLS");
    client.init(null, trustManagers.getTrustManagers(), null);
    return new TlsMaterial(server, client);
  }
}
