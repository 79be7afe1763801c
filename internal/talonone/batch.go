package talonone

import "slices"

// Largest number of entries of one request, by operation.
const (
	// MaxAudienceActions bounds updateCustomerProfileAudiences.
	MaxAudienceActions = 1000
	// MaxCatalogActions bounds syncCatalog.
	MaxCatalogActions = 1000
	// MaxProfiles bounds updateCustomerProfilesV2 and getCustomersByAttributes.
	MaxProfiles = 1000
	// MaxReservationIDs bounds createCouponReservation and deleteCouponReservation.
	MaxReservationIDs = 1000
	// MaxAdvocates bounds createReferralsForMultipleAdvocates.
	MaxAdvocates = 1000
	// MaxAnalyticsIDs bounds the audience IDs of getAudiencesAnalytics.
	MaxAnalyticsIDs = 1000
)

// inBatches calls send for consecutive parts of entries, each as large as
// allowed, and stops at the first error. It returns how many entries were sent
// without one.
func inBatches[T any](entries []T, size int, send func([]T) error) (int, error) {
	sent := 0
	for part := range slices.Chunk(entries, size) {
		if err := send(part); err != nil {
			return sent, err
		}
		sent += len(part)
	}
	return sent, nil
}
