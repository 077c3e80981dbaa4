package dev.redial.jmh.server;

import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The server's certificate, for {@code localhost} and 127.0.0.1, and the trust in it. */
public final class LoopbackTls {
  private static final char[] PASSWORD = "loopback".toCharArray();

  private LoopbackTls() {}

  /**
   * What a client needs to call the server.
   *
   * @return a context that trusts the server's certificate alone
   */
  public static SSLContext client() {
    return context(null, new TrustManager[] {trust()});
  }

  /**
   * The trust in the server alone.
   *
   * @return the only trust manager of {@link #client()}
   */
  public static X509TrustManager trust() {
    try {
      KeyStore stored = load();
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("server", (X509Certificate) stored.getCertificate("server"));
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      return (X509TrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the server's certificate cannot be read", e);
    }
  }

  static SSLContext server() {
    try {
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(load(), PASSWORD);
      return context(factory, null);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the server's key cannot be read", e);
    }
  }

  private static SSLContext context(KeyManagerFactory keys, TrustManager[] trust) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys == null ? null : keys.getKeyManagers(), trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no TLS", e);
    }
  }

  private static KeyStore load() throws GeneralSecurityException, IOException {
    try (InputStream in = LoopbackTls.class.getResourceAsStream("loopback.p12")) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, PASSWORD);
      return store;
    }
  }
}
