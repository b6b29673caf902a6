# frozen_string_literal: true

collection @drift_reports

extends 'api/v2/standfast/drift_reports/base'
