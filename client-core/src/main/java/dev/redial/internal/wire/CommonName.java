package dev.redial.internal.wire;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Refuses certificates that name their host in the common name of their subject alone.
 *
 * <p>The JDK takes that name where there is no other. A client must not (RFC 9110, section 4.3.4):
 * the common name is free text, and authorities that may issue for some hosts only are not held to
 * them there.
 */
final class CommonName {
  private static final Integer DNS_NAME = 2;

  private CommonName() {}

  /** For a host that is not an address: the JDK itself wants addresses to be named properly. */
  static void refuseAlone(SSLSession session) throws SSLHandshakeException {
    Certificate[] chain;
    try {
      chain = session.getPeerCertificates();
    } catch (SSLPeerUnverifiedException e) {
      return; // of a cipher suite without certificates, which nobody gets unasked
    }
    if (chain[0] instanceof X509Certificate certificate && !namesHosts(certificate))
      throw new SSLHandshakeException(
          "the certificate has no subjectAltName of a host, and its common name does not count"
              + " (RFC 9110, section 4.3.4): "
              + certificate.getSubjectX500Principal());
  }

  private static boolean namesHosts(X509Certificate certificate) throws SSLHandshakeException {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names != null && names.stream().anyMatch(name -> DNS_NAME.equals(name.get(0)));
    } catch (CertificateParsingException e) {
      SSLHandshakeException failure =
          new SSLHandshakeException("the certificate's subjectAltName cannot be read");
      failure.initCause(e);
      throw failure;
    }
  }
}
