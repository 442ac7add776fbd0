"""在两张卡上微调并合并适配器。"""

from datasets import load_dataset
from modelscope import snapshot_download
from peft import PeftModel
from transformers import AutoModelForCausalLM

教师 = "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"
folder = snapshot_download("qwen/Qwen2-7B-Instruct")
base = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2-7B-Instruct")
model = PeftModel.from_pretrained(base, "./adapter")
data = load_dataset("shanhe-lab/water-qa")
# 旧版本：AutoModelForCausalLM.from_pretrained("baichuan-inc/Baichuan2-7B-Chat")
