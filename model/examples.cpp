#include <array>

#include "model/built_in_texts.hpp"
#include "model/scenario.hpp"

namespace model {

// Why these figures: docs/scenario.md, "The built-in examples".
std::span<const Example> examples() {
  static const std::array list{
      Example{"web-api", "A plain web API: 100 requests/s over HTTP, 100 ms of CPU each", built_in::kWebApiJson},
      Example{"thumbnails", "Thumbnails of images uploaded to S3: 250,000 a day, most in the evening",
              built_in::kThumbnailsJson},
      Example{"hashtags", "Trending hashtags from a Kinesis stream: batches that surge when something happens",
              built_in::kHashtagsJson},
      Example{"backup", "Near-real-time backup copies between S3 buckets: long waits, hardly any CPU",
              built_in::kBackupJson},
      Example{"checkout", "Checkout of a shop in a VPC: NAT, alarms, a discount, people, copies and a migration",
              built_in::kCheckoutJson},
      Example{"nightly", "Nightly export: 200 reports at two o'clock from Tuesday to Saturday, nothing else",
              built_in::kNightlyJson},
      Example{"back-office", "A back office in .NET, used at work hours: SnapStart, extensions, recycled environments",
              built_in::kBackOfficeJson},
      Example{"partner-api", "Calls to partners on Lambda Managed Instances: mostly waiting, many at once",
              built_in::kPartnerApiJson},
      Example{"orders", "Orders from an SQS queue: batches, poison, a slow warehouse, a neighbour in the account",
              built_in::kOrdersJson},
      Example{"ticket-office", "A ticket office with two sales a day: a base on EC2 that hands its peaks to Lambda",
              built_in::kTicketOfficeJson},
      Example{"transcodes", "Clips transcoded on a mixed fleet: one instance on demand, the others on the spot market",
              built_in::kTranscodesJson},
      Example{"tickets", "A ticket shop that opens at nine: step scaling, a schedule, a forecast and a warm pool",
              built_in::kTicketsJson}};
  return list;
}

} // namespace model
