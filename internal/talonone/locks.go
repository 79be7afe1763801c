package talonone

// The deployment carries out one request about a profile or session at a time and lets two wait; a fourth is a 409. So
// such requests hold a lock of the client. These are their keys.

// profileLock and sessionLock are the keys of a call; an empty ID has none.
func profileLock(integrationID string) []string {
	if integrationID == "" {
		return nil
	}
	return []string{"profile " + integrationID}
}

func sessionLock(integrationID string) []string { return []string{"session " + integrationID} }
