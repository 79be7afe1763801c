# A clearance: everything red in size 45 and larger for 19.90, when it is invoked:
# terraform apply -invoke=action.talonone_edit_catalog_items.clearance
action "talonone_edit_catalog_items" "clearance" {
  config {
    catalog_id = 6
    edit       = "patch"
    price      = 19.90
    attributes = jsonencode({ tags = ["sale"] })

    filters = [
      { attribute = "color", operator = "EQ", value = jsonencode("red") },
      { attribute = "size", operator = "GE", value = jsonencode(45) },
    ]
  }
}
