import ArgumentParser
import LMRuntime
import LMTensor

/// `lm bench ceilings`: what arithmetic and memory of this machine can do at most.
struct BenchCeilings: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ceilings",
    abstract: "Measure the machine: multiply-adds in f32, bf16 and int8, and reading memory.",
    discussion:
      "Prints one JSON object. Rates are the best of several repeats; \"median\" holds the middle ones.")

  @OptionGroup var common: CommonOptions

  func run() throws {
    try common.apply()
    print(MachineCeilings.measure().json.text())
  }
}

extension MachineCeilings {
  /// GFLOP/s, GOP/s and GB/s (10⁹), rounded to tenths; null where the instruction set has no such products.
  var json: JSON {
    func rate(_ perSecond: Double?) -> JSON {
      perSecond.map { .number(($0 * 1e-8).rounded() / 10) } ?? .null
    }
    func rates(_ value: (Rate) -> Double) -> JSONObject {
      [
        "f32_gflops": rate(value(float32)), "bf16_gflops": rate(bfloat16.map(value)),
        "int8_gops": rate(int8.map(value)), "read_gb_per_second": rate(value(memoryRead)),
      ]
    }
    var object = rates(\.best)
    object["threads"] = .integer(threads)
    object["isa"] = .string("\(instructionSet)")
    object["read_pattern"] = .string("\(readPattern)")
    object["median"] = .object(rates(\.median))
    return .object(object)
  }
}
