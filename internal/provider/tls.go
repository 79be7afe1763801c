package provider

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/safefile"
)

// maxPEM bounds a file of certificates, in bytes. Those of all authorities of the web are a quarter of it.
const maxPEM = 1 << 20

// connectionSecurity reads the files of certificates; nil where there are none. What they hold is in no message.
func connectionSecurity(config model, diags *diag.Diagnostics) *tls.Config {
	authorities, certificate, key := config.CACertFile.ValueString(), config.ClientCertFile.ValueString(), config.ClientKeyFile.ValueString()
	if authorities == "" && certificate == "" && key == "" {
		return nil
	}
	security := &tls.Config{MinVersion: tls.VersionTLS12}
	if authorities != "" {
		pem, err := safefile.Read(authorities, maxPEM)
		pool, systemErr := x509.SystemCertPool()
		if systemErr != nil {
			pool = x509.NewCertPool() // a machine without any
		}
		if err == nil && !pool.AppendCertsFromPEM(pem) {
			err = fmt.Errorf("%s contains no certificate in PEM format", authorities)
		}
		unusableFile(diags, "ca_cert_file", err)
		security.RootCAs = pool
	}
	switch {
	case certificate != "" && key == "":
		unusableFile(diags, "client_cert_file", errors.New("client_key_file is missing: a client certificate requires its private key"))
	case certificate == "" && key != "":
		unusableFile(diags, "client_key_file", errors.New("client_cert_file is missing: a private key requires its certificate"))
	case certificate != "":
		certPEM, err := safefile.Read(certificate, maxPEM)
		unusableFile(diags, "client_cert_file", err)
		keyPEM, keyErr := safefile.Read(key, maxPEM)
		unusableFile(diags, "client_key_file", keyErr)
		if err != nil || keyErr != nil {
			break
		}
		pair, err := tls.X509KeyPair(certPEM, keyPEM)
		if err != nil {
			unusableFile(diags, "client_cert_file", fmt.Errorf("%s and %s are not a certificate and its unencrypted private key in PEM", certificate, key))
		}
		security.Certificates = []tls.Certificate{pair}
	}
	return security
}

func unusableFile(diags *diag.Diagnostics, attribute string, err error) {
	if err != nil {
		diags.AddAttributeError(path.Root(attribute), "Unusable certificate",
			fmt.Sprintf("%s: %v. It comes from the provider block or from %s.", attribute, err, variable(attribute)))
	}
}
