import LMRuntime

/// Qwen3.
enum Qwen3GGUF: GGUFFamily {
  static let architecture = "qwen3"
  static let family: any ModelFamily.Type = Qwen3Family.self
  static let keys = LlamaGGUF.rotaryKeys
  static let outerNames = LlamaGGUF.outerNames
  static let layerPrefix = LlamaGGUF.layerPrefix
  static let layerNames = LlamaGGUF.layerNames

  static func complete(_ config: inout JSONObject, from file: GGUFFile) throws(LMError) {
    try GGUFRotary.read(&config, architecture, file)
  }

  static func complete(_ metadata: inout GGUFMetadata, from config: JSONField) throws(LMError) {
    try GGUFRotary.write(config, architecture, to: &metadata)
  }
}
