resource "terraform_data" "release" {
  input = "2026-03"

  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.talonone_track_event.released]
    }
  }
}

action "talonone_track_event" "released" {
  config {
    type       = "product_shared"
    profile_id = "customer-1"
    attributes = jsonencode({ url = "https://shop.example.com/release" })
  }
}
