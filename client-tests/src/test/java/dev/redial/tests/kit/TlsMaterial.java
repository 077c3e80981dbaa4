package dev.redial.tests.kit;

import javax.net.ssl.SSLContext;

/**
 * A certificate made when the tests run.
 *
 * @param server a context that presents the certificate
 * @param client a context that trusts whoever issued it and nobody else
 */
public record TlsMaterial(SSLContext server, SSLContext client) {

  private static final class Good {
    static final TlsMaterial MATERIAL = new CertificateMaker().make();
  }

  private static final class OtherHost {
    static final TlsMaterial MATERIAL = new CertificateMaker().hosts("elsewhere.invalid").make();
  }

  /** Material for {@code localhost} and {@code 127.0.0.1}. */
  public static TlsMaterial forLoopback() {
    return Good.MATERIAL;
  }

  /** Material for a host that is not this one. */
  public static TlsMaterial forAnotherHost() {
    return OtherHost.MATERIAL;
  }
}
