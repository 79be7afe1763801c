# The data warehouse writes big-spenders.csv into this repository, a pull request shows who joins and who leaves,
# and the merge applies it. See the guide "Audiences from a data warehouse export in GitOps review".

terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

resource "talonone_audience" "big_spenders" {
  name        = "Big spenders"
  description = "Orders of more than 1,000 EUR within twelve months. Filled from the data warehouse every night."

  deletion_protection = var.protected
}

resource "talonone_audience_memberships" "big_spenders" {
  audience_id = talonone_audience.big_spenders.id

  # The audience holds exactly who is in the file.
  ownership = "exclusive"
  members_file = {
    path   = "${path.module}/big-spenders.csv"
    column = "customer_id"
  }

  # An export that failed halfway must not remove half of the members.
  max_removal_percent = var.protected ? 10 : null
}

variable "protected" {
  description = "Whether the plan refuses to delete the audience or to remove more than a tenth of it."
  type        = bool
  default     = false
}

output "summary" {
  description = "What the last synchronisation did; a pipeline can read it from the plan's JSON before."
  value       = talonone_audience_memberships.big_spenders.last_sync
}
