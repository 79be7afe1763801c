package e2e

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// readersExpect says where it is tested what the reader of a plan or an error expects: in plans of testdata/plans, and in tests
// anywhere in the repository.
var readersExpect = []struct{ what, plans, tests string }{
	// Errors.
	{"A fault of this machine is not blamed on the network.", "", "TestConnectionsThatFailAreExplained TestWhatNeverConnectedWasNeverSent TestKeysAreCheckedWithoutRepeatingThem"},
	{"A wrong address, scheme, port, proxy or certificate is named.", "", "TestBaseURLs TestConnectionsThatFailAreExplained TestProxiesAreNamed TestConnectionsTakeCertificates"},
	{"A value that does not fit is refused in words that blame nobody.", "", "TestNumbersThatDoNotFitAreRefusedInOwnWords TestNullInAListOfMembersIsExplained TestCatalogItemsRefuseWrongInputBeforeAnyRequest TestGuard"},
	{"A literal that names what does not exist is found when planning, soon, and where reads lag too.", "", "TestWhatDoesNotExistIsFoundWhenPlanning TestActionsFindWhatDoesNotExist TestNoTimeAtAllIsFoundWhenPlanning TestReadLagDoesNotHideAReference TestAMistypedIDIsFoundSoon"},
	{"What stands in the way of create_before_destroy is said.", "", "TestReplacingAnAudienceWithAnIDSaysWhatIsInTheWay"},
	{"One cause is one error, and after the first the others are short.", "", "TestSettingsThatAreNotKnownYetAreOneError TestOnlyTheFirstErrorDescribesADeploymentOutOfReach TestOnlyTheFirstErrorDescribesWhatEveryRequestMeets"},
	{"A problem is shown on its line, and elements are counted from 1.", "", "TestProblemsAreShownWhereTerraformFindsThem TestTheOnlyBlockIsCalledTimeouts TestBadInput"},
	{"A plan that cannot be carried out any more is refused in own words.", "", "TestChangesBetweenPlanAndApplyAreNotOverrun TestCatalogItemsFileThatChangesBehindASavedPlan TestCatalogItemsSavedChangeToExclusiveMeetsAnotherCatalog"},
	{"Mocks of what does not exist yet can be planned, and destroyed.", "", "TestWhatDoesNotExistIsAWarningForMocks TestMocksOfWhatDoesNotExistYetCanBePlanned"},
	{"Without the Integration key a plan of what has not changed is empty.", "", "TestWithoutTheIntegrationKeyNothingIsLost"},
	{"What has vanished, a missing endpoint and a shared key block nothing.", "", "TestWhatHasVanishedBlocksNoDestroy TestWhatCannotBeLookedUpIsNotBlamed TestClientsThatShareAKeyFinish TestRemoveCatalogItemsTakesWhatIsGoneForDone"},
	{"What could not be read back, or read in two ways, is refused.", "", "TestJSONIsReadInOneWayOrRefused TestNumbersOutOfRangeAreRefused TestOddTextsAreSentExactlyOrRefused TestAudienceNameHasNoWhiteSpaceAround TestReadFileDoesNotOpenPipes"},
	{"A limit that is lifted in the same change lets a replacement pass.", "", "TestGuardsLiftedInTheSameChangeLetReplacementsPass TestGuardedMembersBelowAReplacedAudience"},
	{"An object of the other environment is not taken for deleted.", "", "TestAudienceOfTheOtherEnvironmentIsNotTakenForDeleted TestObjectsOfAnotherApplicationAreLeftAlone"},
	// Warnings.
	{"The end of an object says how many rows go, replacements included.", "items-replacement audience-description reservation-replacement audience-destroy items-destroy reservation-destroy referrals-destroy coupons-destroy collection-destroy without-address", ""},
	{"What cannot be undone warns each time it will run.", "event-create event-again return-again deletion-again profile-erase profiles-rows profiles-destroy", "TestOneShotsRunForAnotherMeaningAlone TestClosingASessionRedeemsAndCreates"},
	{"A warning that matters is shown, however many there are.", "", "TestWarningsThatMatterAreEachShown TestWhatIsRetiredIsWarnedOfOnce"},
	{"Rows that are not known yet are warned of.", "members-unknown", "TestRowsThatAreNotKnownYetAreWarnedOf TestUnknownMembersAreAnnounced"},
	{"Leaving exclusive ownership, and entering it, say what becomes of others.", "items-to-additive items-to-exclusive items-import coupons-to-exclusive", "TestOwnershipCanBeSwitched"},
	// Equal in meaning.
	{"What is equal in meaning plans nothing and runs nothing.", "", "TestEqualInMeaningPlansNothing TestOneShotsRunForAnotherMeaningAlone"},
	{"Beside drift and changes, the rest keeps the spelling of the state.", "items-drift items-rows item-price profile-attribute referrals-settings", "TestDriftKeepsTheSpellingOfTheRest"},
	{"A refresh right after an apply changes nothing.", "", "TestEveryExampleIsApplied TestGettingStarted TestSeasonInTwoEnvironments TestRefreshRightAfterAnApplyOfReferralsChangesNothing"},
	// Noise.
	{"A create shows what is known, and unknown is only what a response decides.", "attribute-create audience-create collection-create cost-create coupon-create coupons-create item-create items-create items-create-file membership-create profile-create referral-create referrals-create session-create store-create", "TestTheDeploymentIsPlannedAndKept"},
	{"A change shows what changes.", "attributes-of-members audience-rename coupon-limit item-no-price items-settings referral-settings session-cart session-close store-name members-file members-rows collection-rows reservation-rows referrals-rows coupons-rows items-file-rows items-forced", "TestChangeShowsAndSendsOnlyWhatChanges"},
	{"A destroy shows what goes.", "attribute-destroy item-destroy coupon-destroy session-destroy", ""},
	{"Where the plan prints all items in another form, a warning says which change.", "items-import-file items-detail items-file-to-inline items-inline-to-file", ""},
	// Privacy.
	{"What mirrors a sensitive value can be switched off, and map keys stay out of logs.", "members-sensitive", "TestSamplesCanBeSwitchedOff TestFrameworkTracesOnlyWhenAskedTo TestNothingSecretIsWrittenDown TestMembersStayOutOfLogsAndErrors"},
}

// TestWhatReadersExpectIsTested keeps the table true: its tests and plans exist, and every plan is there for a reason.
func TestWhatReadersExpectIsTested(t *testing.T) {
	t.Parallel()
	tests := testsOfTheRepository(t)
	golden, err := filepath.Glob(filepath.Join("testdata", "plans", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	wanted := make(map[string]bool)
	for _, expected := range readersExpect {
		names := strings.Fields(expected.plans)
		for _, name := range names {
			wanted[name] = true
			if !slices.Contains(golden, filepath.Join("testdata", "plans", name+".txt")) {
				t.Errorf("%s There is no plan %s", expected.what, name)
			}
		}
		for name := range strings.FieldsSeq(expected.tests) {
			names = append(names, name)
			if !tests[name] {
				t.Errorf("%s There is no %s", expected.what, name)
			}
		}
		if len(names) == 0 {
			t.Errorf("%s Nothing tests it", expected.what)
		}
	}
	for _, file := range golden {
		if name := strings.TrimSuffix(filepath.Base(file), ".txt"); !wanted[name] {
			t.Errorf("nothing says what the plan %s is there for", name)
		}
	}
}

var testFunction = regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)

// testsOfTheRepository are the names of all tests.
func testsOfTheRepository(t *testing.T) map[string]bool {
	t.Helper()
	root := os.DirFS(filepath.Join("..", "..", ".."))
	names := make(map[string]bool)
	for _, folder := range []string{"internal", "cmd"} {
		err := fs.WalkDir(root, folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			content, err := fs.ReadFile(root, path)
			for _, match := range testFunction.FindAllSubmatch(content, -1) {
				names[string(match[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return names
}
