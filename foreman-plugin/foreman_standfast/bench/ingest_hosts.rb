# frozen_string_literal: true

# SPDX-License-Identifier: GPL-3.0-or-later
# Makes what ingest.rb needs in a Foreman that is for trials: hosts, and a user that may report for them and nothing else.
#
#   rails runner ingest_hosts.rb PREFIX COUNT TOKEN_FILE          in Foreman's directory, as its user, RAILS_ENV=production

prefix, count, file = ARGV
User.as_anonymous_admin do
  organization = Organization.first
  location = Location.first
  1.upto(Integer(count, 10)) do |number|
    name = format('%<prefix>s%<number>03d', prefix: prefix, number: number)
    Host::Managed.new(name: name, managed: false, organization: organization, location: location).save!(validate: false)
  end
  role = Role.create!(name: "Reports of #{prefix}")
  role.add_permissions!(%i[upload_standfast_drift upload_config_reports])
  user = User.create!(
    login: prefix, mail: "#{prefix}@example.com", auth_source: AuthSourceInternal.first, password: SecureRandom.hex,
    roles: [role], organizations: [organization], locations: [location]
  )
  token = PersonalAccessToken.new(user: user, name: prefix, expires_at: 1.day.from_now)
  File.write(file, token.generate_token, perm: 0o600)
  token.save!
end
