package dev.redial.internal.wire;

import java.security.Principal;
import java.security.cert.Certificate;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;

/**
 * A TLS session to look at: other requests share it, so whatever would change it is refused with
 * {@link UnsupportedOperationException}.
 */
final class ReadOnlySession extends ExtendedSSLSession {
  private final SSLSession session;

  ReadOnlySession(SSLSession session) {
    this.session = session;
  }

  @Override
  public void invalidate() {
    throw new UnsupportedOperationException("the session belongs to the client");
  }

  @Override
  public void putValue(String name, Object value) {
    throw new UnsupportedOperationException("the session belongs to the client");
  }

  @Override
  public void removeValue(String name) {
    throw new UnsupportedOperationException("the session belongs to the client");
  }

  @Override
  public Object getValue(String name) {
    return session.getValue(name);
  }

  @Override
  public String[] getValueNames() {
    return session.getValueNames();
  }

  @Override
  public byte[] getId() {
    return session.getId();
  }

  @Override
  public SSLSessionContext getSessionContext() {
    return session.getSessionContext();
  }

  @Override
  public long getCreationTime() {
    return session.getCreationTime();
  }

  @Override
  public long getLastAccessedTime() {
    return session.getLastAccessedTime();
  }

  @Override
  public boolean isValid() {
    return session.isValid();
  }

  @Override
  public Certificate[] getPeerCertificates() throws SSLPeerUnverifiedException {
    return session.getPeerCertificates();
  }

  @Override
  public Certificate[] getLocalCertificates() {
    return session.getLocalCertificates();
  }

  @Override
  public Principal getPeerPrincipal() throws SSLPeerUnverifiedException {
    return session.getPeerPrincipal();
  }

  @Override
  public Principal getLocalPrincipal() {
    return session.getLocalPrincipal();
  }

  @Override
  public String getCipherSuite() {
    return session.getCipherSuite();
  }

  @Override
  public String getProtocol() {
    return session.getProtocol();
  }

  @Override
  public String getPeerHost() {
    return session.getPeerHost();
  }

  @Override
  public int getPeerPort() {
    return session.getPeerPort();
  }

  @Override
  public int getPacketBufferSize() {
    return session.getPacketBufferSize();
  }

  @Override
  public int getApplicationBufferSize() {
    return session.getApplicationBufferSize();
  }

  @Override
  public String[] getLocalSupportedSignatureAlgorithms() {
    return session instanceof ExtendedSSLSession more
        ? more.getLocalSupportedSignatureAlgorithms()
        : new String[0];
  }

  @Override
  public String[] getPeerSupportedSignatureAlgorithms() {
    return session instanceof ExtendedSSLSession more
        ? more.getPeerSupportedSignatureAlgorithms()
        : new String[0];
  }

  @Override
  public List<SNIServerName> getRequestedServerNames() {
    return session instanceof ExtendedSSLSession more
        ? more.getRequestedServerNames()
        : super.getRequestedServerNames();
  }

  @Override
  public List<byte[]> getStatusResponses() {
    return session instanceof ExtendedSSLSession more
        ? more.getStatusResponses()
        : super.getStatusResponses();
  }

  @Override
  public String toString() {
    return session.toString();
  }
}
