# frozen_string_literal: true

# Recurring and rare work of the plugin. Foreman 3.18 and newer run the first two by themselves.
namespace :standfast do
  desc 'Refresh stored drift statuses and count today for the trend; every hour'
  task refresh: :environment do
    done = ForemanStandfast::Refresh.run
    puts "#{done[:hosts]} statuses refreshed, #{done[:days]} rows of the trend written"
  end

  desc 'Remove trend and reports that are older than the setting standfast_retention_days; every day'
  task expire: :environment do
    done = ForemanStandfast::Refresh.expire
    puts "#{done[:days]} rows of the trend, #{done[:hosts]} reports with #{done[:findings]} findings removed"
  end

  desc 'Remove what the plugin put into Foreman\'s tables, before its package is removed; with TABLES=yes its own tables too'
  task uninstall: :environment do
    done = ForemanStandfast::Uninstall.run(tables: ENV['TABLES'] == 'yes')
    puts "removed: #{done.map { |kind, rows| "#{rows} #{kind.to_s.tr('_', ' ')}" }.join(', ')}"
    puts 'Remove the plugin\'s package now, before Foreman is started again: with it, Foreman makes them anew.'
  end
end
