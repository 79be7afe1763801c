package conventions

// The names of all conventions.
const (
	ReadLag               = "read_lag"
	Flapping              = "flapping"
	ProfileIDCase         = "profile_id_case"
	IDTrim                = "id_trim"
	NameTrim              = "name_trim"
	SKUCase               = "sku_case"
	PathCharacters        = "path_characters"
	UnknownProperties     = "unknown_properties"
	NumberStorage         = "number_storage"
	AttributeNull         = "attribute_null"
	AttributeUpdate       = "attribute_update"
	UnpricedItems         = "unpriced_items"
	AddExistingItem       = "add_existing_item"
	PatchItem             = "patch_item"
	OmittedPrice          = "omitted_price"
	OmittedProduct        = "omitted_product"
	MandatoryAttributes   = "mandatory_attributes"
	OmittedApplications   = "omitted_applications"
	ThirdPartyOnly        = "third_party_audiences_only"
	MembershipProfiles    = "membership_profiles"
	MembershipActions     = "membership_actions"
	RepeatedMembership    = "repeated_membership"
	ImportUnknownProfiles = "import_unknown_profiles"
	ImportAmount          = "import_amount"
	ReservationRepeat     = "reservation_repeat"
	RejectedCodes         = "rejected_codes"
	SessionTransitions    = "session_transitions"
	UnknownSessionStatus  = "unknown_session_status"
	Idempotency           = "idempotency"
	ListOrder             = "list_order"
	ListSort              = "list_sort"
	ListShift             = "list_shift"
	PageSizeMax           = "page_size_max"
	PageSizeExcess        = "page_size_excess"
	ForbiddenStatus       = "forbidden_status"
	RetryAfter            = "retry_after"
	Legacy2022            = "legacy_2022"
	LegacyEvents          = "legacy_events"
	AttributeChanges      = "attribute_changes"
	EqualImport           = "equal_import"
)

// Values that several conventions have.
const (
	Yes       = "yes"
	No        = "no"
	None      = "none"
	Sensitive = "sensitive"
	Folded    = "folded"
	Ignored   = "ignored"
	Refused   = "refused"
	Accepted  = "accepted"
	Merges    = "merges"
	Replaces  = "replaces"
	Kept      = "kept"
	Cleared   = "cleared"
)

// Values that one convention has.
const (
	RFC3986     = "rfc3986"
	EncodedOnly = "encoded_only"
	Decimal     = "decimal"
	Float64     = "float64"
	TwoDecimals = "two_decimals"
	Clears      = "clears"
	Absent      = "absent"
	Null        = "null"
	Zero        = "zero"
	Visible     = "visible"
	Hidden      = "hidden"
	Atomic      = "atomic"
	Partly      = "partly"
	Created     = "created"
	Total       = "total"
	Changed     = "changed"
	Counted     = "counted"
	Dropped     = "dropped"
	Repeats     = "repeats"
	ByID        = "by_id"
	Unstable    = "unstable"
	Clamped     = "clamped"
)

var (
	yesNo       = []string{Yes, No}
	caseValues  = []string{Sensitive, Folded}
	needCatalog = "Adds items to the catalog that `-catalog` names, reads them and removes them."
)

var table = []Convention{
	{
		Name: ReadLag, Form: Duration, Values: []string{"2s"}, Default: "0s",
		About:    "How long reads lag behind writes. Every read sees the deployment as it was that long ago.",
		Material: "The sync-catalog guide advises against concurrent syncs; no delay is stated anywhere.",
		Probe:    Sandbox, ProbeNote: "Creates an audience and reads its members until the audience is there. The value is rounded up to the interval between two reads.",
	},
	{
		Name: Flapping, Values: yesNo, Default: No,
		About:    "`yes`: the reads of an operation alternate between a replica that lags by `read_lag` (1 second when that is 0) and a current one, beginning with the lagging one.",
		Material: "Nothing.",
		Probe:    Sandbox, ProbeNote: "Found together with `read_lag`: an audience that was there is missing again.",
	},
	{
		Name: ProfileIDCase, Values: caseValues, Default: Sensitive,
		About:    "`folded`: integration IDs of profiles are kept in lower case, so that `Customer-A` and `customer-a` are one profile.",
		Material: "Integration IDs are chosen by the caller; case is not mentioned.",
		Probe:    Traces, ProbeNote: "Creates a profile with a capital letter in its ID and reads it in lower case.",
	},
	{
		Name: IDTrim, Values: yesNo, Default: No,
		About:    "`yes`: white space around integration IDs (of profiles, sessions, events and audiences) and SKUs is dropped.",
		Material: "Nothing.",
		Probe:    Sandbox, ProbeNote: "Creates an audience whose integration ID begins with a blank.",
	},
	{
		Name: NameTrim, Values: yesNo, Default: No,
		About:    "`yes`: white space around the names of audiences and products is dropped.",
		Material: "Nothing.",
		Probe:    Sandbox, ProbeNote: "Creates an audience whose name begins with a blank.",
	},
	{
		Name: SKUCase, Values: caseValues, Default: Sensitive,
		About:    "`folded`: SKUs are kept in lower case, so that `Boot-1` and `boot-1` are one item.",
		Material: "A SKU is unique in its catalog; case is not mentioned.",
		Probe:    Catalog, ProbeNote: needCatalog,
	},
	{
		Name: PathCharacters, Values: []string{RFC3986, EncodedOnly}, Default: RFC3986, Strict: EncodedOnly,
		About:    "`rfc3986`: the characters that RFC 3986 allows in a path segment, such as `$`, `@`, `:` and `'`, stand for themselves. `encoded_only`: a path with any of them that is not percent-encoded is 404.",
		Material: "The Integration API asks for every special character to be encoded. The vendor's SDKs don't: the one for Go leaves `$ & + : = @` as they are, the one for JavaScript `( ) ' ! *`.",
		Probe:    ReadOnly, ProbeNote: "Reads a session that does not exist, with `@` in its ID as it is and encoded.",
	},
	{
		Name: UnknownProperties, Values: []string{Ignored, Refused}, Default: Ignored, Strict: Refused,
		About:    "What happens to properties of a request that the API does not know. The read-only ones of sessions and their items are ignored in either case. `refused`: 400.",
		Material: "The vendor's pages and Postman collection send properties that the reference does not have.",
		Probe:    Sandbox, ProbeNote: "Creates an audience with a property of its own.",
	},
	{
		Name: NumberStorage, Values: []string{Decimal, Float64, TwoDecimals}, Default: Decimal,
		About:    "How prices, costs and number attributes are kept: exactly, as a 64-bit float, or rounded to two decimals.",
		Material: "The schemas say `number`. The Go SDK decodes prices as 32-bit floats, which says nothing of the server.",
		Probe:    Catalog, ProbeNote: needCatalog,
	},
	{
		Name: AttributeNull, Values: []string{Clears, Ignored, Refused}, Default: Clears,
		About:    "What `null` does to an attribute: clears it, leaves it as it was, or is 400.",
		Material: "Nothing.",
		Probe:    Traces, ProbeNote: "Creates a profile with an attribute and sends null for it.",
	},
	{
		Name: AttributeUpdate, Values: []string{Merges, Replaces}, Default: Merges,
		About:    "Attributes that an update of a profile or session does not mention: kept, or removed.",
		Material: "For sessions: updates build on earlier ones. For profiles: nothing.",
		Probe:    Traces, ProbeNote: "Creates a profile with two attributes and updates one of them.",
	},
	{
		Name: UnpricedItems, Values: []string{Absent, Null, Zero}, Default: Absent,
		About:    "How the list shows the price of an item without one: not at all, as `null`, or as `0`.",
		Material: "`price` is not required in a CatalogItem.",
		Probe:    Catalog, ProbeNote: needCatalog,
	},
	{
		Name: AddExistingItem, Values: []string{Replaces, Merges}, Default: Replaces,
		About:    "Attributes that an `ADD` with `replaceIfExists` does not mention: removed, or kept.",
		Material: "The schema says that the item is replaced.",
		Probe:    Catalog, ProbeNote: needCatalog,
	},
	{
		Name: PatchItem, Values: []string{Merges, Replaces}, Default: Merges,
		About:    "Attributes that a `PATCH` or `PATCH_MANY` does not mention: kept, or removed.",
		Material: "Nothing.",
		Probe:    Catalog, ProbeNote: needCatalog,
	},
	{
		Name: OmittedPrice, Values: []string{Kept, Cleared}, Default: Kept,
		About:    "The price that an `ADD` with `replaceIfExists` or a `PATCH` does not mention.",
		Material: "`kept`: the schema says so.",
		Probe:    Catalog, ProbeNote: needCatalog,
	},
	{
		Name: OmittedProduct, Values: []string{Cleared, Kept}, Default: Cleared,
		About:    "The product that an `ADD` with `replaceIfExists` or a `PATCH` does not mention.",
		Material: "`cleared`: the schema says that the product becomes null.",
		Probe:    Catalog, ProbeNote: needCatalog,
	},
	{
		Name: MandatoryAttributes, Form: Names, Values: []string{"color"}, Default: None,
		About:    "Attributes, joined by commas, without which an item of a catalog is 400.",
		Material: "The guide to catalogs says that an item without a required attribute is an error.",
		Probe:    Catalog, ProbeNote: "Adds an item without attributes and reads in the error which ones are missing.",
	},
	{
		Name: OmittedApplications, Values: []string{Kept, Cleared}, Default: Kept,
		About:    "The connected Applications of an audience that an update does not mention.",
		Material: "Nothing.",
		Probe:    Sandbox, ProbeNote: "Creates an audience with an Application and renames it.",
	},
	{
		Name: ThirdPartyOnly, Values: yesNo, Default: No,
		About:    "`yes`: audiences that were not made by a third party cannot be updated or deleted (400).",
		Material: "`yes`: the reference of 2022. The words were dropped in May 2026.",
		Probe:    Traces, ProbeNote: "Creates an audience from scratch, which cannot be deleted if the value is `yes`.",
	},
	{
		Name: MembershipProfiles, Values: []string{Visible, Hidden}, Default: Visible,
		About:    "Whether a profile that only a membership, reservation, referral or import has made can be read, and erased, by its integration ID. `hidden`: 404 until a session, an event or an update of the profile arrives.",
		Material: "`hidden`: the text of customer_audiences says that the profile is not visible in any Application.",
		Probe:    Traces, ProbeNote: "Makes an unknown profile a member and reads its inventory.",
	},
	{
		Name: MembershipActions, Values: []string{Atomic, Partly}, Default: Atomic,
		About:    "Whether one unknown audience in a `customer_audiences` request voids the other actions. Both are 404.",
		Material: "Nothing.",
		Probe:    Traces, ProbeNote: "Adds a profile to an audience of its own and to one that does not exist.",
	},
	{
		Name: RepeatedMembership, Values: []string{Ignored, Refused}, Default: Ignored,
		About:    "Adding a member, and deleting a profile that is not one. `refused`: 400, and nothing of the request happens.",
		Material: "Nothing.",
		Probe:    Sandbox, ProbeNote: "Deletes a profile that does not exist from an audience of its own.",
	},
	{
		Name: ImportUnknownProfiles, Values: []string{Created, Refused}, Default: Created,
		About:    "Profiles of an import that do not exist: created, as `customer_audiences` does, or the import is 400.",
		Material: "Nothing.",
		Probe:    Traces, ProbeNote: "Imports a profile that does not exist into an audience of its own.",
	},
	{
		Name: ImportAmount, Values: []string{Total, Changed, Zero}, Default: Total,
		About:    "What `amount` of an import counts: all members of the file, those that are new to the audience, or nothing (`0`).",
		Material: "`total`: the schema says that it is the number of imported values.",
		Probe:    Traces, ProbeNote: "Imports one member, and then this and another one.",
	},
	{
		Name: ReservationRepeat, Values: []string{Ignored, Counted, Refused}, Default: Ignored,
		About:    "Reserving a coupon again for a profile: nothing happens, `reservationCounter` goes up, or 400.",
		Material: "Nothing.",
		Probe:    Traces, ProbeNote: "Creates a coupon, reserves it twice for a profile, and deletes it.",
	},
	{
		Name: RejectedCodes, Values: []string{Kept, Dropped}, Default: Kept,
		About:    "Coupon and referral codes of a session that do not exist: kept in the session, or dropped from it.",
		Material: "Effects tell of rejected codes; whether the session keeps them is not mentioned.",
		Probe:    Sandbox, ProbeNote: "Evaluates a session with a code of its own in a dry run.",
	},
	{
		Name: SessionTransitions, Values: []string{Refused, Ignored}, Default: Refused,
		About:    "An update of a session that its state does not allow: 400, or 200 without any change.",
		Material: "The concept page has the table of states; the response to another step is not mentioned.",
		Probe:    Traces, ProbeNote: "Closes a session and updates it.",
	},
	{
		Name: UnknownSessionStatus, Values: []string{"404", "400"}, Default: "404",
		About:    "The status of a session that does not exist.",
		Material: "getCustomerSession declares 400 and 401, not 404.",
		Probe:    ReadOnly, ProbeNote: "Reads a session that does not exist.",
	},
	{
		Name: Idempotency, Values: []string{Repeats, Ignored}, Default: Repeats,
		About:    "`Idempotency-Key`: a repeated request gets the first response again, or the header has no effect.",
		Material: "`repeats`: documented for six operations, for 24 hours.",
		Probe:    Sandbox, ProbeNote: "Sends two different dry runs of a session under one key.",
	},
	{
		Name: ListOrder, Values: []string{ByID, Unstable}, Default: ByID,
		About:    "The order of a list without `sort`. `unstable`: it differs from one request to the next; lists that have no `sort` keep theirs until something is written.",
		Material: "Nothing.",
		Probe:    Sandbox, ProbeNote: "Creates three audiences and lists them several times.",
	},
	{
		Name: ListSort, Values: []string{Accepted, Refused}, Default: Accepted,
		About:    "`refused`: `sort` is 400.",
		Material: "`accepted`: the Management API documents it, and says that not every field works.",
		Probe:    ReadOnly, ProbeNote: "Lists audiences by ID.",
	},
	{
		Name: ListShift, Values: yesNo, Default: No,
		About:    "`yes`: rows move between pages. After a write, the first page other than the first one skips a row, as if a row before it had been deleted.",
		Material: "Nothing. Offset paging over a changing list does this.",
		Probe:    Sandbox, ProbeNote: "Creates three audiences and reads them in pages that overlap. In a deployment without other writers, `no` is what is seen.",
	},
	{
		Name: PageSizeMax, Form: Number, Values: []string{"100"}, Default: "1000",
		About:    "The largest page of a list.",
		Material: "`1000`: the Management API documents it.",
		Probe:    ReadOnly, ProbeNote: "Asks for pages of several sizes.",
	},
	{
		Name: PageSizeExcess, Values: []string{Refused, Clamped}, Default: Refused,
		About:    "A page larger than `page_size_max`: 400, or a page of that size.",
		Material: "Nothing.",
		Probe:    ReadOnly, ProbeNote: "Asks for a page of 1,001 rows.",
	},
	{
		Name: ForbiddenStatus, Values: []string{"403", "401"}, Default: "403",
		About:    "The status for a Management key that lacks the endpoint.",
		Material: "Declared nowhere.",
		Probe:    ReadOnly, ProbeNote: "Needs a Management key that lacks one of the endpoints that the provider uses.",
	},
	{
		Name: RetryAfter, Values: yesNo, Default: No,
		About:    "Whether 429 comes with `Retry-After`.",
		Material: "No such header is declared.",
		Probe:    ReadOnly, ProbeNote: "Sends requests faster than the documented limit until one is refused; the one experiment that does so.",
	},
	{
		Name: Legacy2022, Values: yesNo, Default: No,
		About:    "`yes`: as in the reference of 2022, deleteAudienceV2, deleteAudienceMembershipsV2 and syncCatalog take the Management credential, a sync may mix action types, and the list of events has positional effects.",
		Material: "`yes`: the reference of 2022. `no`: today's.",
		Probe:    Sandbox, ProbeNote: "Empties an audience of its own with the Integration key.",
	},
	{
		Name: LegacyEvents, Values: yesNo, Default: No,
		About:    "`yes`: the retired `POST /v1/events` is served. `no`: 404.",
		Material: "`no`: announced for March 2023, and gone from all SDKs.",
		Probe:    Sandbox, ProbeNote: "Sends an event without a body, which is refused.",
	},
	{
		Name: AttributeChanges, Values: []string{Accepted, Refused, Ignored}, Default: Accepted,
		About:    "What an update of an attribute may change beside its description. `accepted`: title, suggestions, connected Applications and catalogs. `refused`: a change of these is 400. `ignored`: they stay as they are, with 200.",
		Material: "The reference says that only the description can change. A public tool connects attributes to further Applications by this operation.",
		Probe:    Traces, ProbeNote: "Creates the attribute `talononeProbe` of giveaways, unless an earlier run has, and changes its title.",
	},
	{
		Name: EqualImport, Values: []string{Refused, Accepted}, Default: Accepted, Strict: Refused,
		About:    "An import of the items that a collection has already. `refused`: 400.",
		Material: "The reference says that the data should differ from what is stored.",
		Probe:    Sandbox, ProbeNote: "Imports two items twice into a collection of the account, which is deleted again.",
	},
}
