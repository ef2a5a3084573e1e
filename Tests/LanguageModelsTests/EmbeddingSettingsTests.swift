import LMRuntime
import LMTestSupport
import LMTransformer
import LanguageModels
import Testing

@Suite struct EmbeddingSettingsTests {
  private let temporary = TemporaryDirectory()

  private func settings(_ modules: String, pooling: String = "{}", limits: String? = nil) throws
    -> EmbeddingSettings
  {
    try FileSystem.createDirectory(temporary("1_Pooling"))
    try temporary.write("modules.json", Array(modules.utf8))
    try temporary.write("1_Pooling/config.json", Array(pooling.utf8))
    if let limits { try temporary.write("sentence_bert_config.json", Array(limits.utf8)) }
    return try EmbeddingSettings(folder: temporary.path)
  }

  private let modules = """
    [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
     {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}NORM]
    """
  private let norm =
    #", {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}"#

  @Test func `a folder without modules has the defaults`() throws {
    #expect(try EmbeddingSettings(folder: temporary.path) == EmbeddingSettings())
  }

  @Test func `modules say how rows become vectors`() throws {
    for (key, pooling) in [("mean_tokens", Pooling.mean), ("cls_token", .cls), ("lasttoken", .last)] {
      let config =
        #"{"word_embedding_dimension": 384, "pooling_mode_max_tokens": false, "pooling_mode_KEY": true}"#
      for text in ["", norm] {
        let found = try settings(
          modules.replacing("NORM", with: text), pooling: config.replacing("KEY", with: key),
          limits: #"{"max_seq_length": 256, "do_lower_case": false}"#)
        #expect(found.pooling == pooling && found.normalizes == !text.isEmpty && found.maximumTokens == 256)
      }
    }
  }

  @Test func `what is not known is refused by name`() throws {
    let plain = modules.replacing("NORM", with: "")
    for (modules, pooling, limits, part) in [
      (plain.replacing("models.Pooling", with: "models.Dense"), "{}", "{}", "models.Dense"),
      (plain, "{}", "{}", "asks for no mode"),
      (plain, #"{"pooling_mode_max_tokens": true}"#, "{}", "pooling_mode_max_tokens"),
      (plain, #"{"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}"#, "{}", " and "),
      (plain.replacing("\"1_Pooling\"", with: "\"../x\""), "{}", "{}", "../x"),
      (plain.replacing("\"1_Pooling\"", with: "\"2_Pooling\""), "{}", "{}", "2_Pooling"),
      ("{}", "{}", "{}", "an array"),
      ("[", "{}", "{}", "modules.json"),
      (plain, #"{"pooling_mode_mean_tokens": true}"#, #"{"max_seq_length": 0}"#, "max_seq_length"),
    ] {
      #expect { try settings(modules, pooling: pooling, limits: limits) } throws: { "\($0)".contains(part) }
    }
  }
}
