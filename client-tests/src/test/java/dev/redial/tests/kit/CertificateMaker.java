package dev.redial.tests.kit;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A server's certificate to be made: for the names of loopback, valid today, issued by an authority
 * that its clients trust; unless told otherwise.
 */
public final class CertificateMaker {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final ASN1ObjectIdentifier OF_NO_USE = new ASN1ObjectIdentifier("1.3.6.1.4.1.0.1");
  private static final KeyPair SERVER = newKeys();
  private static final KeyPair AUTHORITY = newKeys();

  private String subject = "CN=test";
  private List<GeneralName> names =
      List.of(
          new GeneralName(GeneralName.dNSName, "localhost"),
          new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
  private Duration begins = Duration.ofDays(-2);
  private Duration ends = Duration.ofDays(2);
  private int between;
  private int padding;
  private boolean selfSigned;

  /** The common name of its subject. */
  public CertificateMaker commonName(String name) {
    subject = "CN=" + name;
    return this;
  }

  /** The alternative names of its subject, all of them host names; none leaves them out. */
  public CertificateMaker hosts(String... hosts) {
    names = Stream.of(hosts).map(host -> new GeneralName(GeneralName.dNSName, host)).toList();
    return this;
  }

  /** The only alternative name of its subject, an address. */
  public CertificateMaker address(String address) {
    names = List.of(new GeneralName(GeneralName.iPAddress, address));
    return this;
  }

  /** When it begins and ends to be valid, from now. */
  public CertificateMaker valid(Duration from, Duration to) {
    begins = from;
    ends = to;
    return this;
  }

  /** Not issued by anybody. */
  public CertificateMaker selfSigned() {
    selfSigned = true;
    return this;
  }

  /** With that many authorities between the trusted one and it; all of them are presented. */
  public CertificateMaker chain(int authorities) {
    between = authorities;
    return this;
  }

  /** With an extension of that many octets that nobody knows. */
  public CertificateMaker padded(int octets) {
    padding = octets;
    return this;
  }

  /** Makes it. */
  public TlsMaterial make() {
    try {
      List<X509Certificate> chain = issue();
      X509Certificate trusted = chain.getLast();
      List<X509Certificate> presented = selfSigned ? chain : chain.subList(0, chain.size() - 1);
      return new TlsMaterial(presenting(presented), trusting(trusted));
    } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
      throw new AssertionError("no TLS material", e);
    }
  }

  /** From the server's to the authority that is trusted. */
  private List<X509Certificate> issue()
      throws GeneralSecurityException, OperatorCreationException, IOException {
    if (selfSigned) return List.of(sign(named(builder(subject, subject, SERVER)), SERVER));
    List<X509Certificate> chain = new ArrayList<>();
    String issuer = "CN=authority";
    chain.add(sign(authority(builder(issuer, issuer, AUTHORITY)), AUTHORITY));
    for (int i = 1; i <= between; i++) {
      String next = "CN=authority " + i;
      chain.addFirst(sign(authority(builder(next, issuer, AUTHORITY)), AUTHORITY));
      issuer = next;
    }
    chain.addFirst(sign(named(builder(subject, issuer, SERVER)), AUTHORITY));
    return chain;
  }

  private X509v3CertificateBuilder builder(String of, String issuer, KeyPair keys) {
    Instant now = Instant.now();
    return new JcaX509v3CertificateBuilder(
        new X500Principal(issuer),
        new BigInteger(64, new SecureRandom()),
        Date.from(now.plus(begins)),
        Date.from(now.plus(ends)),
        new X500Principal(of),
        keys.getPublic());
  }

  private static X509v3CertificateBuilder authority(X509v3CertificateBuilder builder)
      throws CertIOException {
    return builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
  }

  private X509v3CertificateBuilder named(X509v3CertificateBuilder builder) throws CertIOException {
    if (!names.isEmpty()) {
      GeneralNames all = new GeneralNames(names.toArray(GeneralName[]::new));
      builder.addExtension(Extension.subjectAlternativeName, false, all);
    }
    if (padding > 0) builder.addExtension(OF_NO_USE, false, new byte[padding]);
    return builder;
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, KeyPair issuer)
      throws GeneralSecurityException, OperatorCreationException {
    JcaContentSignerBuilder signer = new JcaContentSignerBuilder("SHA256withECDSA");
    return new JcaX509CertificateConverter()
        .getCertificate(builder.build(signer.build(issuer.getPrivate())));
  }

  private static SSLContext presenting(List<X509Certificate> chain)
      throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    store.setKeyEntry("test", SERVER.getPrivate(), PASSWORD, chain.toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private static SSLContext trusting(X509Certificate authority)
      throws GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    store.setCertificateEntry("test", authority);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("no keys", e);
    }
  }
}
