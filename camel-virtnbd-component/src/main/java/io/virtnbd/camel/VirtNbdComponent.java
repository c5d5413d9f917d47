/*
 * SPDX-License-Identifier: Apache-2.0
 * Copyright the camel-virtnbd authors.
 */
package io.virtnbd.camel;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.SSLContextParametersAware;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.HealthCheckComponent;

/** Backs up disks of virtual machines, and restores them. */
@Component("virtnbd")
public class VirtNbdComponent extends HealthCheckComponent implements SSLContextParametersAware {

    @Metadata(description = "Options that endpoints have where they do not set them themselves.")
    private VirtNbdConfiguration configuration = new VirtNbdConfiguration();
    @Metadata(label = "security", defaultValue = "false",
              description = "Whether endpoints without sslContextParameters use those of the Camel context.")
    private boolean useGlobalSslContextParameters;

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        int colon = remaining.indexOf(':');
        VirtNbdConfiguration copy = configuration.copy();
        if (copy.getSslContextParameters() == null && useGlobalSslContextParameters) {
            copy.setSslContextParameters(retrieveGlobalSslContextParameters());
        }
        VirtNbdEndpoint endpoint = new VirtNbdEndpoint(uri, this, copy);
        endpoint.setOperation(VirtNbdOperation.of(colon < 0 ? remaining : remaining.substring(0, colon)));
        if (colon >= 0 && colon + 1 < remaining.length()) {
            endpoint.setName(remaining.substring(colon + 1));
        }
        setProperties(endpoint, parameters);
        return endpoint;
    }

    public VirtNbdConfiguration getConfiguration() {
        return configuration;
    }

    public void setConfiguration(VirtNbdConfiguration configuration) {
        this.configuration = configuration;
    }

    @Override
    public boolean isUseGlobalSslContextParameters() {
        return useGlobalSslContextParameters;
    }

    @Override
    public void setUseGlobalSslContextParameters(boolean useGlobalSslContextParameters) {
        this.useGlobalSslContextParameters = useGlobalSslContextParameters;
    }
}
