import LMRuntime

/// The recipes that come with `lm`: YAML files in `Presets/`.
enum Presets {
  private static let all: [(name: String, bytes: [UInt8])] = [
    ("demo", PackageResources.demo_yaml),
    ("nanogpt-cpu", PackageResources.nanogpt_cpu_yaml),
    ("nanogpt-fast", PackageResources.nanogpt_fast_yaml),
    ("llama-5m", PackageResources.llama_5m_yaml),
    ("llama-30m", PackageResources.llama_30m_yaml),
    ("gpt2-124m", PackageResources.gpt2_124m_yaml),
  ]

  /// Their names.
  static var names: [String] { all.map(\.name) }

  /// The text of the preset `name`.
  static func text(_ name: String) throws -> String {
    guard let preset = all.first(where: { $0.name == name }) else {
      throw LMError(
        .usage, at: "--preset", "\"\(name)\" is unknown",
        remedy: "use one of \(names.joined(separator: ", "))")
    }
    return String(decoding: preset.bytes, as: UTF8.self)
  }
}
