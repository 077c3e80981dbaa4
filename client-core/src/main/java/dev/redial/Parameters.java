package dev.redial;

import javax.net.ssl.SSLParameters;

/**
 * Copies {@link SSLParameters}, which are mutable: neither side of the builder may change the
 * other's.
 */
final class Parameters {
  private Parameters() {}

  static SSLParameters copy(SSLParameters from) {
    SSLParameters to = new SSLParameters();
    to.setAlgorithmConstraints(from.getAlgorithmConstraints());
    if (from.getCipherSuites() != null) to.setCipherSuites(from.getCipherSuites());
    to.setEnableRetransmissions(from.getEnableRetransmissions());
    to.setEndpointIdentificationAlgorithm(from.getEndpointIdentificationAlgorithm());
    to.setMaximumPacketSize(from.getMaximumPacketSize());
    to.setApplicationProtocols(from.getApplicationProtocols());
    if (from.getNeedClientAuth()) to.setNeedClientAuth(true);
    else if (from.getWantClientAuth()) to.setWantClientAuth(true);
    if (from.getProtocols() != null) to.setProtocols(from.getProtocols());
    to.setServerNames(from.getServerNames());
    to.setSNIMatchers(from.getSNIMatchers());
    to.setUseCipherSuitesOrder(from.getUseCipherSuitesOrder());
    to.setNamedGroups(from.getNamedGroups());
    to.setSignatureSchemes(from.getSignatureSchemes());
    return to;
  }
}
